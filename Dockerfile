# The app as a container, for Hugging Face Spaces and everywhere else: docs/deploying.md.
# `python -m deploy.image` does what stands here on a machine without Docker.
FROM python:3.11-slim

# Spaces run a container as user 1000, whatever USER says.
RUN useradd --create-home --uid 1000 user
USER user
ENV HOME=/home/user \
    PATH=/home/user/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HOME=/home/user/hub \
    BERT_PLAYGROUND_RUNS_FOLDER=/home/user/runs \
    BERT_PLAYGROUND_MODELS_FOLDER=/home/user/models
WORKDIR /home/user/app

# What changes least comes first, so that a change of the app's files installs nothing anew.
COPY --chown=user requirements.txt ./
RUN python -m venv /home/user/venv
# PyTorch's own index has builds without CUDA, gigabytes smaller; it is asked for nothing else.
RUN pip install --no-cache-dir --no-deps \
    --extra-index-url https://download.pytorch.org/whl/cpu \
    $(grep --only-matching '^torch==[^ ]*' requirements.txt)
RUN pip install --no-cache-dir --requirement requirements.txt
# A volume that is mounted there belongs to the user, as these folders do.
RUN mkdir /home/user/runs /home/user/models /home/user/hub
COPY --chown=user . .

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
