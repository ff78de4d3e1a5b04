"""What the make targets do. Standard library only: it runs before anything is installed."""
