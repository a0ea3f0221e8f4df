"""What goes out to spreadsheets and what comes in from them: columns, files, dry runs, and their application."""
