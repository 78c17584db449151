-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Whether a mail lies in the other folder already is asked there, and held against what was filed;
-- that a copy was begun need not be noted any more.
alter table message_copy drop column filing_at;
