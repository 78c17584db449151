# The migrations become part of the program: a schema can never be another version's by accident.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
list(SORT migrations)
set(arrays "")
set(rows "")
foreach(file IN LISTS migrations)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    math(EXPR number "${number}" OUTPUT_FORMAT DECIMAL)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char sql_${number}[] = {${bytes}0};\n")
    string(APPEND rows "    {${number}, \"${name}\", (const char *)sql_${number}, sizeof sql_${number} - 1},\n")
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/migrations.c @ONLY CONTENT
"/* Made by cmake/embed.cmake from migrations/. */
#include \"db/migrate.h\"
@arrays@
const struct migration migrations[] = {
@rows@};
const size_t n_migrations = sizeof migrations / sizeof migrations[0];
")

# So do the web pages' own files, each under a name that changes with its bytes.
set(asset_arrays "")
set(asset_rows "")
foreach(pair IN ITEMS "style.css=text/css; charset=utf-8" "check.js=text/javascript; charset=utf-8"
        "icon.svg=image/svg+xml")
    string(REGEX MATCH "^([a-z]+)\\.([a-z]+)=(.*)$" all "${pair}")
    set(stem ${CMAKE_MATCH_1})
    set(ending ${CMAKE_MATCH_2})
    set(type ${CMAKE_MATCH_3})
    set(file ${PROJECT_SOURCE_DIR}/web/assets/${stem}.${ending})
    file(READ ${file} hex HEX)
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 12 hash)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND asset_arrays "static const unsigned char asset_${stem}[] = {${bytes}};\n")
    string(APPEND asset_rows "    {\"${stem}.${ending}\", \"/a/${stem}.${hash}.${ending}\", \"${type}\", asset_${stem}, sizeof asset_${stem}},\n")
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/web_assets.c @ONLY CONTENT
"/* Made by cmake/embed.cmake from web/assets/. */
#include \"web/web.h\"
@asset_arrays@
const struct web_asset web_assets[] = {
@asset_rows@};
const size_t n_web_assets = sizeof web_assets / sizeof web_assets[0];
")
