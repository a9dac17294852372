"""What suggestions need of the server: crowds kept in memory, and looks at profiles written down now and then."""
