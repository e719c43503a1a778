"""Duplicates across schools and affiliations: found in the background, settled by the two schools.

    rules        how alike two pupils are; what two answers lead to (pure)
    finding      set-based search over pupils that an import touched, or over all; never in a save
    joining      two rows of one child become one, or the sentence why they may not
    joins        what the fund's joining of two rows does, and its trial
    actions      a school answers, a supervisor decides, a school joins its own two rows, the fund others

Each school sees its own child and its own side of a pair. What it may know of the other child
stands on the pair: how far apart the places are, and which fields agree.
"""
