// How far initiators were apart, over time, where that was measured.
