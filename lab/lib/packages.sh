packages_ensure() { :; }
