// Placeholder.
print("tandem")
