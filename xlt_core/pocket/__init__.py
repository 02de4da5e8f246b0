"""The bundled tiny models and the generated world that they know."""
