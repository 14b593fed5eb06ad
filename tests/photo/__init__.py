"""Photographs: cleaned exactly, looked at again, opened only behind fences, refused in words."""
