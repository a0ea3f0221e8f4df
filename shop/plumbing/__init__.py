"""What every room stands on: settings, the database, the journal, jobs, files, languages, the network."""
