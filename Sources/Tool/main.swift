import Tandem

Tandem.main()
