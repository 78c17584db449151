# Warnings are errors under GCC and Clang alike; sanitizers come with the presets.
set(THANWELA_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes
    -Wstrict-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Werror)
# Limits are enumerations here, and geometry computes with them; a table's long text has two lines.
list(APPEND THANWELA_WARNINGS
    $<$<C_COMPILER_ID:Clang>:-Wno-enum-float-conversion> $<$<C_COMPILER_ID:Clang>:-Wno-string-concatenation>)
# For the few lines that ask a C++ library in its own language.
set(THANWELA_WARNINGS_CXX -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
set(CMAKE_CXX_FLAGS "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}") # the presets' sanitizers and hardening
# The house asserts its own invariants in release builds too.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

# thanwela_layer(NAME USES layer... LINKS library...): the library of one folder.
# A folder's main.c is a program's, not the library's.
function(thanwela_layer name)
    cmake_parse_arguments(A "" "" "USES;LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.c
         ${PROJECT_SOURCE_DIR}/${name}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/main\\.c$")
    list(TRANSFORM A_USES PREPEND tw_ OUTPUT_VARIABLE uses)
    if(sources)
        add_library(tw_${name} STATIC ${sources})
        target_compile_options(tw_${name} PRIVATE "$<$<COMPILE_LANGUAGE:C>:${THANWELA_WARNINGS}>"
            "$<$<COMPILE_LANGUAGE:CXX>:${THANWELA_WARNINGS_CXX}>")
        target_include_directories(tw_${name} PUBLIC ${PROJECT_SOURCE_DIR})
        target_compile_definitions(tw_${name} PUBLIC _GNU_SOURCE
            THANWELA_VERSION="${PROJECT_VERSION}" $<$<BOOL:${THANWELA_TEST_BUILD}>:THANWELA_TEST_BUILD=1>)
        target_link_libraries(tw_${name} PUBLIC ${uses} PRIVATE ${A_LINKS})
    else()
        add_library(tw_${name} INTERFACE)
        target_link_libraries(tw_${name} INTERFACE ${uses} ${A_LINKS})
    endif()
    set_property(GLOBAL APPEND PROPERTY THANWELA_LAYERS ${name})
    set_property(GLOBAL PROPERTY THANWELA_USES_${name} "${A_USES}")
endfunction()

function(thanwela_program name main)
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${main})
        return()
    endif()
    list(TRANSFORM ARGN PREPEND tw_ OUTPUT_VARIABLE layers)
    add_executable(${name} ${main})
    target_compile_options(${name} PRIVATE ${THANWELA_WARNINGS})
    target_link_libraries(${name} PRIVATE ${layers})
    target_link_options(${name} PRIVATE -pie -Wl,-z,relro,-z,now)
    install(TARGETS ${name} DESTINATION bin)
endfunction()
