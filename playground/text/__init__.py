"""Text as models read it: pieces, languages, and what is cleaned away before."""
