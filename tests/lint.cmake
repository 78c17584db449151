# What is not a program is looked at too.
foreach(lint IN ITEMS man units scripts install seeded)
    add_test(NAME lint_${lint} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/${lint} ${PROJECT_BINARY_DIR}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(lint_${lint} PROPERTIES LABELS lint SKIP_RETURN_CODE 77)
endforeach()
set_tests_properties(layers PROPERTIES LABELS lint)
