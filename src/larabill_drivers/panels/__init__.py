"""Drivers of hosting panels."""
