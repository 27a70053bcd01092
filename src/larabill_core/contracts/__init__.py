"""The contracts between LaraBill and drivers, and between its modules. Import from the file that names the thing."""
