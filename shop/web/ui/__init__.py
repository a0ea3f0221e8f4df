"""What all pages share: who may enter, languages, cookies, errors, headers, forms, files."""
