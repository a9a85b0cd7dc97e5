"""What the program says, as codes with parts, and the catalogues that hold the words."""
