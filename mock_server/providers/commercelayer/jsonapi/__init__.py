"""JSON:API as Commerce Layer speaks it: what a URL asks for, what a body says, what a document looks like."""
