"""LaraBill in a Flask application."""
