"""The customers' own pages, in English under /en/ and in Persian under /fa/. Staff sessions are not read here."""
