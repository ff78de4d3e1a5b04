"""Files that people take away: at once, or made in the background where they are long."""
