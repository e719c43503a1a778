"""Papers of the programme as PDF: letter 08, receipts, class sheets, refund slips.

pictures   QR codes and barcodes as SVG
pdf        HTML to PDF, with the whole Thai font and without a network
press      the same in processes of its own, for letters by the thousand
papers     what each paper shows, and its HTML

The papers are Thai documents in every language of the screen: their text stands in
Thai in templates/payments/letters/.
"""
