"""What several stages recognise in a text: its words and sentences, dates, names, addresses, its language."""
