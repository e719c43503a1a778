"""The proxy means test (การวัดรายได้ทางอ้อม): facts of a household to a score and a band."""
