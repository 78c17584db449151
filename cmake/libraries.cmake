# Every third-party library, found once. Which folder may use which is in the top CMakeLists.txt.
find_package(PkgConfig REQUIRED)
foreach(pair IN ITEMS
        ETPAN=libetpan GNUTLS=gnutls GMIME=gmime-3.0 CURL=libcurl YTNEF=libytnef
        ZXING=zxing QRENCODE=libqrencode JPEG=libjpeg PNG=libpng TIFF=libtiff-4 WEBP=libwebp
        OPENJP2=libopenjp2 HEIF=libheif ARCHIVE=libarchive SODIUM=libsodium PQ=libpq
        PANGOCAIRO=pangocairo XLSXWRITER=xlsxwriter JANSSON=jansson ICAL=libical MICROHTTPD=libmicrohttpd
        SECCOMP=libseccomp SYSTEMD=libsystemd CMOCKA=cmocka)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 name)
    list(GET pair 1 module)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()

# libetpan's pkg-config file carries flags that make programs non-PIE: take the library alone.
add_library(etpan_alone INTERFACE)
target_link_libraries(etpan_alone INTERFACE etpan)
set_property(TARGET PkgConfig::ETPAN PROPERTY INTERFACE_LINK_LIBRARIES etpan_alone)
set_property(TARGET PkgConfig::ETPAN PROPERTY INTERFACE_LINK_OPTIONS "")

foreach(pair IN ITEMS MuPDF=mupdf/fitz.h=mupdf GIF=gif_lib.h=gif)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 name)
    list(GET pair 1 header)
    list(GET pair 2 library)
    find_path(${name}_INCLUDE ${header} REQUIRED)
    find_library(${name}_LIBRARY ${library} REQUIRED)
    add_library(${name}::${name} UNKNOWN IMPORTED)
    set_target_properties(${name}::${name} PROPERTIES IMPORTED_LOCATION ${${name}_LIBRARY}
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${${name}_INCLUDE})
endforeach()
