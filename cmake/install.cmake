# Where an installed Thanwela lies. thanwela(1) is made from the program's own help.
include(GNUInstallDirs)
set(BINDIR ${CMAKE_INSTALL_FULL_BINDIR})
set(man_pages "")
foreach(language IN ITEMS en th)
    set(page ${PROJECT_BINARY_DIR}/man/${language}/thanwela.1)
    add_custom_command(OUTPUT ${page}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/man/${language}
        COMMAND ${PROJECT_SOURCE_DIR}/man/from-help $<TARGET_FILE:thanwela> ${language} > ${page}
        DEPENDS thanwela ${PROJECT_SOURCE_DIR}/man/from-help VERBATIM)
    list(APPEND man_pages ${page})
endforeach()
add_custom_target(man ALL DEPENDS ${man_pages})

install(FILES ${PROJECT_BINARY_DIR}/man/en/thanwela.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/man/th/thanwela.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/th/man1)
install(FILES man/thanwela.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES man/th/thanwela.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/th/man5)
install(FILES man/thanwela-receipt.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES man/thanwelad.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)

foreach(unit IN ITEMS thanwela.service thanwela-report.service)
    configure_file(systemd/${unit}.in systemd/${unit} @ONLY) # for the tests
    install(CODE "set(BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
        configure_file(\"${PROJECT_SOURCE_DIR}/systemd/${unit}.in\"
            \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/${unit}\" @ONLY)")
endforeach()
install(FILES systemd/thanwela-report.timer DESTINATION lib/systemd/system)
install(FILES systemd/thanwela.sysusers DESTINATION lib/sysusers.d RENAME thanwela.conf)
install(FILES systemd/thanwela.tmpfiles DESTINATION lib/tmpfiles.d RENAME thanwela.conf)

install(FILES README.md LICENSE packaging/thanwela.conf DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES docs/receipt.md docs/nginx.conf DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY migrations/ DESTINATION ${CMAKE_INSTALL_DATADIR}/thanwela/migrations
        FILES_MATCHING PATTERN "*.sql")
