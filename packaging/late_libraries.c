/* Uses nothing. It is linked with the libraries that the program loads when it needs them, so that
   dpkg-shlibdeps, which looks at what is linked, finds their packages too: whatever this release of Debian
   calls them, in the version they have here. Never installed. */
