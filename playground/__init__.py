"""The service layer of BERT Playground: one module a page, no Streamlit."""
