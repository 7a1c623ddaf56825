// Placeholder: replaced by the part's first real file.
