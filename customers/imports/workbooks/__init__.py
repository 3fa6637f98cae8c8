"""Reading XLSX (ECMA-376) as a stream, from any row on, in little memory whatever is in the file.

`package` opens the zip and finds the parts, `parsing` feeds XML to expat and stops at what no spreadsheet
writes, `strings` holds the shared words on disk, `values` turns numbers and dates into words, and `records`
answers the rows of a sheet as `customers.imports.reading.Records` answers those of a text.
"""
