"""Results in, Plotly figures out; knows no model and no Streamlit."""
