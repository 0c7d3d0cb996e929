#pragma once
// libcurl: HTTP. Loaded with the first of these calls, see base/late_library.hpp; sources include
// this and not its header.

#include "base/late_library.hpp"

#include <curl/curl.h>

namespace retouch::catalog {

inline constinit const base::LateLibrary libcurl("libcurl.so.4", "libcurl4");

RETOUCH_LATE_FUNCTION(libcurl, curl_easy_cleanup);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_getinfo);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_init);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_perform);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_reset);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_setopt);
RETOUCH_LATE_FUNCTION(libcurl, curl_easy_strerror);
RETOUCH_LATE_FUNCTION(libcurl, curl_getdate);
RETOUCH_LATE_FUNCTION(libcurl, curl_global_init);
RETOUCH_LATE_FUNCTION(libcurl, curl_slist_append);
RETOUCH_LATE_FUNCTION(libcurl, curl_slist_free_all);

} // namespace retouch::catalog
