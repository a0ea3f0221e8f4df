"""The print station: it pulls a workshop's labels from the server and gives them to a printer, one by one.

It needs nothing but Python: `one_file` packs it for any computer beside the printer (`python3 print-station.pyz
--server https://… --code … --printer 192.168.1.50`); `hirfa print-station` is the same.

What it does with a label it writes down first, on the disk: *taken* before it asks for it, *printing* before the first
byte goes to the printer, *printed* when the printer has accepted the last one, *told* when the server knows. After a
power cut it reads what it wrote. A label that was being printed may be on paper or not: it is never printed again by
itself, the server is told that it is doubtful, and somebody looks.
"""
