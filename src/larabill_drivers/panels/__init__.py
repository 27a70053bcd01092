"""Web hosting panels."""
