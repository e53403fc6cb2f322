terraform test -test-directory=mocks
