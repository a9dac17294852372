"""Sheets as organisers send them -> staged records with findings -> commands."""
