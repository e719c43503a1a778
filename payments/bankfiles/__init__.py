"""What the fund and its banks write to each other. Pure: no Django, no database, no clock.

| module    | file                                              | way          |
|-----------|---------------------------------------------------|--------------|
| lines     | the values that every format shares               |              |
| pain001   | ISO 20022 pain.001.001.09, credit transfers       | to the bank  |
| flat      | a Thai bulk text of 498 bytes a record (adapter)  | both         |
| pain002   | ISO 20022 pain.002, what became of each credit    | from the bank |
| camt054   | ISO 20022 camt.054, what was booked               | from the bank |
| reasons   | a bank's reason for a failure, and ours           | from the bank |
| results   | which of the three a received file is             | from the bank |
| schemas   | is a file valid against its published schema      |              |
| sealed    | the AES zip a file travels in                     | to the bank  |

Writers yield pieces and readers yield rows, so a file of any length takes the same memory.
Money is whole satang (int); a text amount has two decimals and never passes through a float.
"""
