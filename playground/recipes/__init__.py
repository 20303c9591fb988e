"""How each bundled adapter was trained; ``python -m playground.recipes NAME`` runs one."""
