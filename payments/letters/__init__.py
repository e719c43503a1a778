"""Papers of the programme as PDF: letter 08, receipts, class sheets, refund slips.

pictures   QR codes and barcodes as SVG
press      HTML to PDF: one paper at once, or letters by the thousand in processes of their own
papers     what each paper shows, and its HTML

The papers are Thai documents in every language of the screen: their text stands in
Thai in templates/payments/letters/.
"""
