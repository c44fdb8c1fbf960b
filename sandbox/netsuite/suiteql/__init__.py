"""SuiteQL: the statements the reference allows, run by a real SQL engine, in NetSuite's wire form."""
