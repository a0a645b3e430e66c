"""What each message shows, drawn from the rows at the moment of sending: one module for each noun."""
