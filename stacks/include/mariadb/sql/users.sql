create database if not exists `${MARIADB_DATABASE}`;
set @known = concat(quote('${MARIADB_USER}'), '@', quote('%'), ' identified by ', quote(load_file('/run/mysqld/password')));
execute immediate concat('create user if not exists ', @known);
execute immediate concat('alter user ', @known);
grant all on `${MARIADB_DATABASE}`.* to '${MARIADB_USER}'@'%';
set @known = null;
