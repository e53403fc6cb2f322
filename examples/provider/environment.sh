env | grep -E '^(HW|OS)_' | cut -d = -f 1 | sort
