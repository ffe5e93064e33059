"""What PinWorld can support: the premises of the lessons, measured."""
