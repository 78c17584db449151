/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela, the command. */
int main(void)
{
    return 0;
}
