"""What results show: differences, leaders and costs, as records, tables, sentences and figures."""
