"""What the API takes and answers. Written by tools/generate_client.py."""
