"""The programme's file formats: each module turns an outline into one format, and its files into an outline."""
