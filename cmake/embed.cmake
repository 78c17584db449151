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
