"""The colors of roles, and of ink and paper."""

USER, ITEM = "#0F6CAC", "#EC630E"
POSITIVE, NEGATIVE = "#18A774", "#A23B64"
CONTEXT, INK, PAPER = "#8A9099", "#111111", "#FFFFFF"
